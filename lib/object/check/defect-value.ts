// Fields that have what an operator could not give: from before there were rules, or by hand.
import { type FieldTable, kinds } from '../field.ts'
import { objectionTo, shownValue } from '../given/value.ts'
import { parameterDoubts, parameterObjections } from '../ifcfg.ts'
import type { Inventory } from '../net/address-use.ts'
import { fieldsOf } from '../objects.ts'
import { type Defect, label } from './defect.ts'

export function valueDefects(all: Inventory): Defect[] {
  return [...kinds.flatMap((kind) => inKind(kind, all)), ...inParameters(all)]
}

function inKind(kind: keyof Inventory, all: Inventory): Defect[] {
  const fields: FieldTable = fieldsOf[kind]
  return all[kind].flatMap((object) =>
    Object.entries<unknown>({ ...object }).flatMap(([name, value]): Defect[] => {
      const found = fields[name] && objectionTo(fields[name], value)
      // Networks that cannot be have a defect of their own.
      if (!found || fields[name]?.kind === 'name' || name === 'PREFIX') return []
      const what = kind === 'cluster' ? 'cluster' : label(kind, object.name)
      const line = `${what}: ${name} cannot be ${shownValue(fields[name], value)}: ${found.why}`
      return [{ defect: 'bad-value', line: `${line} (luna ${kind} change --help)` }]
    }),
  )
}

function inParameters({ group }: Pick<Inventory, 'group'>): Defect[] {
  return group.flatMap((one) =>
    Object.values(one.interfaces).flatMap(({ name, params }) => {
      const line = (why: string) =>
        `${label('group', one.name)}: interface ${name}: ${why} (luna group change ${one.name} -i ${name} --edit)`
      return [
        ...parameterObjections(params).map((why): Defect => ({ defect: 'bad-value', line: line(why) })),
        ...parameterDoubts(params).map((why): Defect => ({ defect: 'doubtful-value', line: line(why) })),
      ]
    }),
  )
}
