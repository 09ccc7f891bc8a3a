import { db } from "ponder:api";
import schema from "ponder:schema";
import { client } from "ponder";
import { createLive } from "../../live/live.ts";

const app = createLive({
  schema,
  log: {
    table: schema.event,
    where: {
      account: ["account", "actor"],
      subject: ["subject"],
      contract: ["contract"],
      type: ["type"],
      product: ["product"],
    },
  },
});
if (process.env["KHIPU_SQL"] === "on") app.use("/sql/*", client({ db, schema }));
export default app;
