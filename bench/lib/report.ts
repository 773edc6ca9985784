// What a run leaves behind: tables as Markdown, charts as SVG.
import { mkdirSync, writeFileSync } from 'node:fs'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { type Figures, type GoalKey, goals, judge } from './goals.js'

export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** What has to be known to read it. */
  readonly note?: string
}

/** Bars: one figure for each of several names. */
export interface Chart {
  readonly file: string
  readonly title: string
  readonly unit: string
  readonly bars: readonly {
    readonly name: string
    readonly value: number
    readonly ours?: boolean
  }[]
}

/** What one question found out. */
export interface Findings {
  readonly figures: Figures
  readonly tables: readonly Table[]
  readonly charts?: readonly Chart[]
}

const folder = 'bench/results'
const ourColour = '#1f6f54'
const theirColour = '#9aa5a1'

/** On the terminal, and kept as NAME.md with its charts beside it; null keeps nothing. */
export async function publish(
  name: string | null,
  { intro, found, all }: { intro: string; found: readonly Findings[]; all: boolean },
): Promise<void> {
  const figures: Figures = Object.assign({}, ...found.map(one => one.figures))
  const charts = found.flatMap(one => one.charts ?? [])
  const text = [
    intro,
    ...goalTables(figures, all).map(toMarkdown),
    ...charts.map(({ file, title }) => `![${title}](${file}.svg)\n`),
    ...found.flatMap(({ tables }) => tables.map(toMarkdown)),
  ].join('\n')
  process.stdout.write(`${text}\n`)
  if (name === null) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/${name}.md`, text)
  for (const chart of charts) writeFileSync(`${folder}/${chart.file}.svg`, await draw(chart))
}

/** None when no goal was asked for. @param all  also the goals of which there is no figure */
function goalTables(figures: Figures, all: boolean): Table[] {
  const asked = (Object.keys(goals) as GoalKey[]).filter(key => all || figures[key] !== undefined)
  const rows = asked.map(key => judge(key, figures[key]))
  const head = ['#', 'figure', 'must', 'stretch', 'measured', '']
  return rows.length === 0 ? [] : [{ title: 'Ratios', head, rows }]
}

export function toMarkdown({ title, head, rows, note }: Table): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return `### ${title}\n\n${lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')}${note === undefined ? '' : `\n${note}\n`}`
}

async function draw({ title, unit, bars }: Chart): Promise<string> {
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, anchor: 'start' },
    background: 'white',
    width: 420,
    data: { values: bars.map(bar => ({ ...bar, ours: bar.ours === true })) },
    encoding: {
      y: { field: 'name', type: 'nominal', sort: null, axis: { title: null, labelLimit: 0 } },
      x: { field: 'value', type: 'quantitative', axis: { title: unit, tickCount: 5 } },
    },
    layer: [
      {
        mark: 'bar',
        encoding: {
          color: {
            field: 'ours',
            type: 'nominal',
            scale: { domain: [true, false], range: [ourColour, theirColour] },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: { text: { field: 'value', type: 'quantitative', format: ',.3~r' } },
      },
    ],
  }
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}
