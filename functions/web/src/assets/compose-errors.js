// What the API says is wrong, beside the field that it names.

/** What is wrong with the field of that name, or with something in it; null where nothing is. */
export const errorOf = (errors, field) => errors.find((one) => one.field === field || one.field.startsWith(`${field}.`))?.message ?? null;
