import { type Address, type Hex, parseAbi } from "viem";

/** What is used here of Chainlink's VRFCoordinatorV2_5. */
export const coordinatorAbi = parseAbi([
  "struct Proof { uint256[2] pk; uint256[2] gamma; uint256 c; uint256 s; uint256 seed; address uWitness; uint256[2] cGammaWitness; uint256[2] sHashWitness; uint256 zInv; }",
  "struct Commitment { uint64 blockNum; uint256 subId; uint32 callbackGasLimit; uint32 numWords; address sender; bytes extraArgs; }",
  "event RandomWordsRequested(bytes32 indexed keyHash, uint256 requestId, uint256 preSeed, uint256 indexed subId, uint16 minimumRequestConfirmations, uint32 callbackGasLimit, uint32 numWords, bytes extraArgs, address indexed sender)",
  "event RandomWordsFulfilled(uint256 indexed requestId, uint256 outputSeed, uint256 indexed subId, uint96 payment, bool nativePayment, bool success, bool onlyPremium)",
  "function BLOCKHASH_STORE() view returns (address)",
  "function fulfillRandomWords(Proof proof, Commitment rc, bool onlyPremium) returns (uint96 payment)",
  "function s_requestCommitments(uint256 requestId) view returns (bytes32)",
]);

/** What is used here of Chainlink's BlockhashStore. */
export const blockhashStoreAbi = parseAbi([
  "function store(uint256 blockNumber)",
  "function getBlockhash(uint256 blockNumber) view returns (bytes32)",
]);

/** A request for randomness, as the coordinator's event says it. */
export interface VrfRequest {
  requestId: bigint;
  preSeed: bigint;
  subId: bigint;
  minimumRequestConfirmations: number;
  callbackGasLimit: number;
  numWords: number;
  extraArgs: Hex;
  sender: Address;
  blockNumber: bigint;
}

/** What the coordinator remembers of a request only as a hash, and wants to see again with the answer. */
export function commitmentOf({ blockNumber, ...request }: VrfRequest) {
  const { subId, callbackGasLimit, numWords, sender, extraArgs } = request;
  return { blockNum: blockNumber, subId, callbackGasLimit, numWords, sender, extraArgs };
}
