import { db } from "ponder:api";
import schema from "ponder:schema";
import { graphql, client } from "ponder";
import { Hono } from "hono";
const app = new Hono();
app.use("/graphql", graphql({ db, schema }));
if (process.env["KHIPU_SQL"] === "on") app.use("/sql/*", client({ db, schema }));
export default app;
