/** The objects that OpenAPI documents are made of. https://spec.openapis.org/oas/v3.1.1 */

export type JsonObject = Readonly<Record<string, unknown>>

/** What one method does at a path. */
export interface Operation {
  summary: string
  parameters?: readonly JsonObject[]
  requestBody?: JsonObject
  responses: Readonly<Record<string, JsonObject>>
  externalDocs?: { url: string }
}

/** Operations by path and by method in lower case. */
export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

const STRING: JsonObject = { type: 'string' }

export function headerParameter(name: string, description: string, required = false): JsonObject {
  return { name, in: 'header', description, schema: STRING, ...(required ? { required } : {}) }
}

export function pathParameter(name: string, schema: JsonObject): JsonObject {
  return { name, in: 'path', required: true, schema }
}

export function responseHeader(description: string, schema: JsonObject = STRING): JsonObject {
  return { description, schema }
}

/** A JSON body. @param schemaNames Keys of `COMPONENT_SCHEMAS`; it has any one of them. */
export function jsonContent(...schemaNames: string[]): JsonObject {
  const [first, ...others] = schemaNames.map(schemaReference)
  return { 'application/json': { schema: others.length > 0 ? { anyOf: [first, ...others] } : first } }
}

export function schemaReference(schemaName: string): JsonObject {
  return { $ref: `#/components/schemas/${schemaName}` }
}
