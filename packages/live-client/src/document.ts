/** A document that a code generator made of a text: a `String` that knows the types of its variables and answer. */
// eslint-disable-next-line @typescript-eslint/no-wrapper-object-types -- they are what generators make
export interface TypedText<Data, Variables> extends String {
  __apiType?: (variables: Variables) => Data;
}

/** A parsed document with types, such as `TypedDocumentNode`. */
export interface TypedNode<Data, Variables> {
  readonly kind: "Document";
  readonly definitions: readonly unknown[];
  readonly loc?: { readonly source: { readonly body: string } } | undefined;
  __apiType?: (variables: Variables) => Data;
}

export type LiveDocument<Data = unknown, Variables extends object = object> =
  string | TypedText<Data, Variables> | TypedNode<Data, Variables>;

export type Print = (document: never) => string;

/** A document's text. Throws where it is none. */
export function textOf(document: LiveDocument<never, never>, print: Print | undefined): string {
  if (typeof document === "object" && "kind" in document) {
    if (print) return print(document as never);
    const body = document.loc?.source.body;
    if (body !== undefined) return body;
    throw new TypeError("This document has no text: give the client graphql's `print`.");
  }
  return String(document);
}

/** The same as a subscription, where it is a query. */
export function asSubscription(text: string): string {
  return text.replace(
    /^((?:[\s,\ufeff]|#.*)*)(query\b|(?=\{))/,
    (_, before: string) => `${before}subscription `,
  );
}

/** JSON, in which a bigint is the decimal text that the server reads as one. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? String(part) : part,
  );
}
