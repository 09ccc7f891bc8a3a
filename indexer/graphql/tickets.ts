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
