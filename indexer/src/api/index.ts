import { db } from "ponder:api";
import schema from "ponder:schema";
import { client } from "ponder";
import { descriptions } from "../../graphql/descriptions.generated.ts";
import { eventFilter, values } from "../../graphql/event-filter.ts";
import { extend } from "../../graphql/extend.ts";
import { streamedChain } from "../../environment.ts";
import { createLive } from "../../live/live.ts";

const app = createLive({
  schema,
  log: { table: schema.event, where: eventFilter, chainId: streamedChain(process.env) },
  values,
  extend: (generated) => extend(generated, descriptions),
});
if (process.env["KHIPU_SQL"] === "on") app.use("/sql/*", client({ db, schema }));
export default app;
