import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient as createUrqlClient, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { OperationTypeNode } from "graphql";
import { WebSocket } from "ws";

export interface Result {
  readonly data?: unknown;
}

/** What the tests want of a client, whoever made it. */
export interface OtherClient {
  query(query: string): Promise<Result>;
  subscribe(query: string, variables: Readonly<Record<string, unknown>>): ReadableStream<Result>;
  close(): void;
}

interface Sink {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

function resultsOf(subscribe: (sink: Sink) => () => void): ReadableStream<Result> {
  let unsubscribe = (): void => undefined;
  return new ReadableStream({
    start(controller) {
      unsubscribe = subscribe({
        next: (result) => controller.enqueue(result),
        error: (error) => controller.error(error),
        complete: () => controller.close(),
      });
    },
    cancel: () => unsubscribe(),
  });
}

async function firstOf(results: ReadableStream<Result>): Promise<Result> {
  for await (const result of results) return result;
  throw new Error("The client completed without a result.");
}

const newSocketClient = (url: string) =>
  createSocketClient({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });

function graphqlWs(url: string): OtherClient {
  const client = newSocketClient(url);
  const subscribe: OtherClient["subscribe"] = (query, variables) =>
    resultsOf((sink) => client.subscribe({ query, variables }, sink));
  return {
    subscribe,
    query: (query) => firstOf(subscribe(query, {})),
    close: () => void client.dispose(),
  };
}

const graphqlSse =
  (singleConnection: boolean) =>
  (url: string): OtherClient => {
    const client = createSseClient({ url: `${url}/stream`, singleConnection, retryAttempts: 0 });
    const subscribe: OtherClient["subscribe"] = (query, variables) =>
      resultsOf((sink) => client.subscribe({ query, variables }, sink));
    return {
      subscribe,
      query: (query) => firstOf(subscribe(query, {})),
      close: () => client.dispose(),
    };
  };

function apollo(url: string): OtherClient {
  const sockets = newSocketClient(url);
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(sockets),
      new HttpLink({ uri: url }),
    ),
  });
  return {
    subscribe: (query, variables) =>
      resultsOf((sink) => {
        const subscription = client.subscribe({ query: gql(query), variables }).subscribe({
          // Apollo gives errors as results too
          next: ({ data, error }) => (error ? sink.error(error) : sink.next({ data })),
          error: (error: unknown) => sink.error(error),
        });
        return () => subscription.unsubscribe();
      }),
    query: (query) => client.query({ query: gql(query), fetchPolicy: "no-cache" }),
    close() {
      client.stop();
      void sockets.dispose();
    },
  };
}

function urql(url: string): OtherClient {
  const sockets = newSocketClient(url);
  const client = createUrqlClient({
    url,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables = {} }) => ({
          subscribe: (sink) => ({
            unsubscribe: sockets.subscribe(
              { query, variables },
              {
                ...sink,
                // urql takes an empty list of errors for an error
                next: ({ data = null, errors }) => sink.next({ data, ...(errors && { errors }) }),
              },
            ),
          }),
        }),
      }),
    ],
  });
  return {
    subscribe: (query, variables) =>
      resultsOf((sink) => {
        const { unsubscribe } = client.subscription(query, variables).subscribe((result) => {
          if (result.error) sink.error(result.error);
          else sink.next({ data: result.data as unknown });
        });
        return unsubscribe;
      }),
    query: (query) => client.query(query, {}).toPromise(),
    close: () => void sockets.dispose(),
  };
}

/** Clients that people use, each with the options that its documentation begins with. */
export const otherClients: Readonly<Record<string, (url: string) => OtherClient>> = {
  "graphql-ws": graphqlWs,
  "graphql-sse, a connection for each operation": graphqlSse(false),
  "graphql-sse, one connection for all": graphqlSse(true),
  "Apollo Client": apollo,
  urql,
};
