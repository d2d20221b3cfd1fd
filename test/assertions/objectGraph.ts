/** Walks what JSON values are made of. */

/** Every object and array that `root` consists of, itself included. */
export function objectsIn(root: unknown, found = new Set<object>()): Set<object> {
	if (typeof root !== 'object' || root === null || found.has(root)) return found;
	found.add(root);
	for (const part of Object.values(root)) objectsIn(part, found);
	return found;
}

/** Makes every attempt to change `root`, at any depth, throw. */
export function deepFreeze<T>(root: T): T {
	for (const part of objectsIn(root)) Object.freeze(part);
	return root;
}

/** A copy of `object` that lacks some of its fields. */
export function without(object: object, ...names: string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** Fails when two of the values have an object or array in common. */
export function expectNothingShared(values: readonly unknown[]): void {
	const seen = new Set<object>();
	for (const value of values) {
		for (const part of objectsIn(value)) {
			expect(seen.has(part)).toBe(false);
			seen.add(part);
		}
	}
}
