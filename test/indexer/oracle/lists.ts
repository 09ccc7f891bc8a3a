/** Groups in the order of their first members. */
export function groupsOf<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export function sumOf<T>(list: readonly T[], amountOf: (item: T) => bigint): bigint {
  return list.reduce((sum, item) => sum + amountOf(item), 0n);
}

/** The greatest of them; 0 where there is none. */
export function greatestOf(list: readonly bigint[]): bigint {
  return list.reduce((greatest, item) => (item > greatest ? item : greatest), 0n);
}

export function first<T>(list: readonly T[]): T {
  const item = list[0];
  if (item === undefined) throw new Error("The list is empty.");
  return item;
}

export function last<T>(list: readonly T[]): T {
  const item = list.at(-1);
  if (item === undefined) throw new Error("The list is empty.");
  return item;
}
