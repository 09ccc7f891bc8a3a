/** What tickets are worth: their principal, or after a loss their part of what the lottery's shares are worth. */
export function worthOfTickets(
  principal: bigint,
  { totalPrincipal, totalShares }: { totalPrincipal: bigint; totalShares: bigint },
  worth: (shares: bigint) => bigint,
): bigint {
  if (totalPrincipal === 0n) return 0n;
  const covered = worth((totalShares * principal) / totalPrincipal);
  return covered < principal ? covered : principal;
}

/**
 * What they are worth once the lottery has been wound down: the principal, and of what is above all principal as much as they
 * weigh of what all tickets weighed in the last round.
 */
export function worthAfterWindDown(
  principal: bigint,
  weight: bigint,
  pool: { totalPrincipal: bigint; totalShares: bigint; weightLeft: bigint },
  worth: (shares: bigint) => bigint,
): bigint {
  const surplus = worth(pool.totalShares) - pool.totalPrincipal;
  if (surplus <= 0n) return worthOfTickets(principal, pool, worth);
  // If nobody is left who weighed anything, everybody's principal counts.
  const [part, whole] =
    pool.weightLeft === 0n ? [principal, pool.totalPrincipal] : [weight, pool.weightLeft];
  return principal + (surplus * part) / whole;
}

/** For how long tickets of a time were in a round that is over. */
export function secondsIn(
  round: { start: bigint; end: bigint | null } | null | undefined,
  boughtAt: bigint,
): bigint {
  if (round?.end === null || round?.end === undefined || boughtAt >= round.end) return 0n;
  return round.end - (boughtAt > round.start ? boughtAt : round.start);
}
