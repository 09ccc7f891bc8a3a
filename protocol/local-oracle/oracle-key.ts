import { hexToBigInt, keccak256, toHex } from "viem";

/** The key of the oracle on local chains. It is no secret: nothing drawn with it is worth anything. */
export const LOCAL_ORACLE_SECRET =
  hexToBigInt(keccak256(toHex("the oracle of local chains"))) >> 8n;
