/** What a role can unlock, from the least to the most; each level stands on those before it. */
export const unlockLevels = ['objects', 'dns', 'rules', 'debug-pods'] as const;

/** A level of rights. */
export type UnlockLevel = (typeof unlockLevels)[number];
