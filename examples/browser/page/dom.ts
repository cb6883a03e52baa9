/** Makes an element with properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** Finds an element of the page, which the server has written. */
export function find<Type extends Element>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`The page has no ${type.name} with the id ${id}.`)
}

/** Shows a text, or hides the element if there is none. Leaves what has not changed alone, so that nobody hears it again. */
export function showText(shown: HTMLElement, text: string): void {
  if (shown.textContent !== text) shown.textContent = text
  shown.hidden = text === ''
}
