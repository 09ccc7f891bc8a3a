import type { Deployment } from "../../protocol/deployment.ts";

/** The chain on which people act at random. */
export interface PlayedWorld {
  readonly url: string;
  readonly deployment: Deployment;
  /** Lets the chain's clock run ahead, so that yield comes and unlocks. */
  pass(seconds: number): Promise<void>;
}
