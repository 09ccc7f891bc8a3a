/** A row as the API gives it: whole numbers as text, addresses in lower case. */
export type Row = Record<string, unknown>;
