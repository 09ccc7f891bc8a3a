/** What an indexer answers: the data, and which state of the chain it is of. */
export interface Answer<Data> {
  readonly data: Data;
  readonly extensions: {
    readonly checkpoint: {
      readonly block: { readonly number: string };
      readonly lastEvent: { readonly number: string; readonly hash: string };
    };
  };
}

export type Api = ReturnType<typeof apiAt>;

/** Asks the API at an address; what it refuses is an error. */
export function apiAt(url: string) {
  const ask = async <Data>(query: string, signal?: AbortSignal): Promise<Answer<Data>> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
      ...(signal && { signal }),
    });
    const answer = (await response.json()) as Answer<Data> & { errors?: unknown };
    if (answer.errors !== undefined) throw new Error(`${query}: ${JSON.stringify(answer.errors)}`);
    return answer;
  };
  return {
    ask,
    query: async <Data>(query: string): Promise<Data> => (await ask<Data>(query)).data,
  };
}
