/** The page on which a person tries queries and subscriptions. Loaded on first use: most servers are never asked for it. */
export async function graphiqlPage(endpoint: string): Promise<string> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  return renderGraphiQL({
    title: "GraphiQL",
    endpoint,
    subscriptionsProtocol: "WS",
    defaultQuery: `# Events as they happen; start with after: "" to see all there ever were.
subscription {
  events(after: "") {
    kind
    block { number finality }
    event { type account args }
    cursor
  }
}
`,
  });
}
