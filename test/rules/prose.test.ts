// What is written for people: columns that fit beside code, and references that lead somewhere.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const top = join(import.meta.dirname, '../..')
const mostColumns = 110

/** Files whose comments people read; test data and generated text are no prose of ours. */
const sources = /^(bin|lib|dracut|packaging|conf-templates|test|docs)\//
const noProse = /^test\/(golden|store\/data)\/|\.(json|png|md)$/

describe('prose', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: top, encoding: 'utf8' }).trim().split('\n')
  const comments = tracked
    .filter((file) => sources.test(file) && !noProse.test(file))
    .flatMap((file) => commentsOf(file, readFileSync(join(top, file), 'utf8')))

  it(`has at most ${mostColumns} columns`, () => {
    const wide = comments.filter(({ line }) => line.length > mostColumns)
    assert.deepEqual(wide.map(at), [])
  })

  it('refers to nothing but files of the repository and public documents', () => {
    const names = new Set(tracked.map((file) => basename(file)))
    const dangling = paragraphs(comments).filter(({ text }) => danglingIn(text, names).length > 0)
    assert.deepEqual(dangling.map(at), [])
  })

  for (const [text, found] of [
    ['as the specification says (section 5)', ['section 5']],
    ['RFC 8878, section 3.1.1', []],
    ['RFC 1035 section 3.5, RFC 3596 section 2.5', []],
    ['an interface (Q-TORRENTIF)', ['Q-TORRENTIF']],
    ['Q-BRIDGE-MIB, per VLAN', []],
    ['see nowhere.ts and error.ts', ['nowhere.ts']],
    ['since commit 0b5ad1f', ['0b5ad1f']],
    ['dhcpd.conf(5) and section OPTIONS of luna(8)', []],
  ] as const) {
    it(`finds ${found.length ? found.join(', ') : 'nothing'} in "${text}"`, () => {
      assert.deepEqual(danglingIn(text, new Set(['error.ts'])), found)
    })
  }
})

interface Comment {
  readonly file: string
  readonly number: number
  /** The whole line, and the words of the comment in it. */
  readonly line: string
  readonly text: string
}

function commentsOf(file: string, text: string): Comment[] {
  const pattern = commentIn(file)
  return text.split('\n').flatMap((line, at) => {
    const found = pattern.exec(line)
    return found ? [{ file, number: at + 1, line, text: found[1] ?? found[2] ?? '' }] : []
  })
}

/** Lines of comment that follow each other, as one text: a reference may be broken in two. */
function paragraphs(comments: readonly Comment[]): Comment[] {
  const joined: Comment[] = []
  for (const [index, comment] of comments.entries()) {
    const before = comments[index - 1]
    const goesOn = before?.file === comment.file && before.number === comment.number - 1
    const last = goesOn ? joined.pop() : undefined
    joined.push(last ? { ...last, text: `${last.text} ${comment.text}` } : comment)
  }
  return joined
}

/** What a comment looks like; what templates have beside theirs is part of the generated file. */
function commentIn(file: string): RegExp {
  if (file.endsWith('.mustache')) return /^\{\{!\s*(.*)$/
  return file.endsWith('.ts') ? /^\s*(?:\/\/|\/?\*+)(?:\s(.*))?$|\s\/\/\s(.*)$/ : /^\s*(?:#|\/\/)\s?(.*)$/
}

/** A standard with its section, which anybody can look up. */
const publicReference =
  /(RFC|BEP|IEEE|IANA|FIPS|IPMI|DSP|SMBIOS|UEFI|FastCGI Specification|POSIX)[\s\w.,']*?,? sections? [\d.]+/g

function danglingIn(text: string, names: ReadonlySet<string>): string[] {
  const rest = text.replace(publicReference, '')
  const sections = rest.match(/\bsection \d[\d.]*/g) ?? []
  const quirks = rest.match(/\bQ-[A-Z]{3,}\b(?!-MIB)/g) ?? []
  const commits = rest.match(/\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{7,40}\b/g) ?? []
  const files = (rest.match(/(?<![\w/.-])[\w.-]+?\.(?:test\.ts|ts|sh|mustache)\b/g) ?? []).filter(
    (name) => !names.has(name),
  )
  return [...sections, ...quirks, ...commits, ...files]
}

function at({ file, number, text }: Comment): string {
  return `${file}:${number}: ${text}`
}
