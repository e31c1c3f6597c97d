// What is shown of objects, as --json prints it and tables are made of it.

/** Field names are those of the tables. */
export type Facts = { readonly [field: string]: Fact }
export type Fact = string | number | boolean | null | readonly Fact[] | Facts
