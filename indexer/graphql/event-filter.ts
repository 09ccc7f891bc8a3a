/** Fields of the event stream's filter and the columns that each looks at; the most selective first. */
export const eventFilter = {
  account: ["account", "actor"],
  subject: ["subject"],
  contract: ["contract"],
  type: ["type"],
  product: ["product"],
};
