import * as abis from "../../protocol/abis.generated.ts";
import type { Values } from "../live/operations/arguments.ts";
import { products } from "../products.ts";

/** Fields of the event stream's filter and the columns that each looks at; the most selective first. */
export const eventFilter = {
  account: ["account", "actor"],
  subject: ["subject"],
  contract: ["contract"],
  type: ["type"],
  product: ["product"],
};

/** Of the contracts' events, those that the log leaves out: the vault's books, its share token, and what libraries bring along. */
const unlogged = new Set([
  "AccountsUpdated",
  "Approval",
  "AuthorityUpdated",
  "EIP712DomainChanged",
  "NewRound",
  "Transfer",
]);

const indexed = [
  abis.accessManagerAbi,
  abis.cooperativePoolsAbi,
  abis.feeTreasuryAbi,
  abis.khipuVaultAbi,
  abis.lotteryPoolAbi,
  abis.rotatingPoolsAbi,
  abis.savingsPoolAbi,
  abis.testnetPriceFeedAbi,
];

const eventTypes = new Set(
  indexed
    .flatMap((abi) => abi.flatMap((part) => (part.type === "event" ? [part.name] : [])))
    .filter((name) => !unlogged.has(name)),
);

/** What the columns can hold: who asks for anything else would wait for ever. */
export const values: Values = {
  hexDigits: {
    blockHash: 64,
    callId: 64,
    data: undefined,
    selector: 8,
    termsHash: 64,
    transactionHash: 64,
  },
  known: { type: [...eventTypes].sort(), product: products },
};
