// What this browser keeps for whoever uses it.

// A browser that keeps nothing, or has no room left, is no reason not to go on.
export function recall(slot) {
  try {
    return JSON.parse(localStorage.getItem(slot));
  } catch {
    return null;
  }
}

export function remember(slot, value) {
  try {
    if (value === null) localStorage.removeItem(slot);
    else localStorage.setItem(slot, JSON.stringify(value));
  } catch {
    // As above.
  }
}
