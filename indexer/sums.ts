/** The row's amounts after something was added to some of them. */
export function plus<Name extends string>(
  row: Readonly<Record<NoInfer<Name>, bigint>>,
  change: Readonly<Partial<Record<Name, bigint>>>,
): Partial<Record<Name, bigint>> {
  const sums: Partial<Record<Name, bigint>> = {};
  for (const name in change) {
    const by = change[name];
    if (by !== undefined) sums[name] = row[name] + by;
  }
  return sums;
}
