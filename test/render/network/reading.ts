// What the readers of network files have in common.
import { spawnSync } from 'node:child_process'
import type { Facts } from './cases.ts'

export interface Reading {
  /** What the reader did not like. */
  readonly complaints: readonly string[]
  readonly facts: (name: string) => Facts
  /** Interfaces in the order in which they are brought up; empty where the reader has none. */
  readonly order: readonly string[]
}

/** A route as "NETWORK GATEWAY" that is the default of its family. */
export const isDefault = (route: string): boolean => /^(0\.0\.0\.0\/0|::\/0) /.test(route)
export const defaultGateways = (routes: readonly string[]): string[] =>
  routes.filter(isDefault).map((route) => route.split(' ')[1] ?? '')

export function run(
  program: string,
  args: readonly string[],
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 })
}
