/** A header value with parameters, as `form-data; name="media"`. RFC 9110 section 5.6.6 */
export interface ParameterizedValue {
  /** In lower case. */
  value: string
  /** By name in lower case. Quoted ones are as sent between the quotes. */
  parameters: ReadonlyMap<string, string>
}

const VALUE = /^[\w!#$%&'*+.^`|~/-]+[ \t]*/
const PARAMETER = /;[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))[ \t]*)?/y

/** Undefined for a value that is not so to its last character, or that says a parameter twice. */
export function parseParameterized(text: string): ParameterizedValue | undefined {
  const [value = ''] = VALUE.exec(text) ?? []
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = value.length
  let end = value.length
  for (let match = PARAMETER.exec(text); match; match = PARAMETER.exec(text)) {
    end = PARAMETER.lastIndex
    const [, name, quoted, token] = match
    if (name === undefined) continue
    if (parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), quoted ?? token ?? '')
  }
  if (value === '' || end !== text.length) return undefined
  return { value: value.trim().toLowerCase(), parameters }
}
