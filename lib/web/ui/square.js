// One square of the field, and where it is.

/** @typedef {import('./state.js').State} State */

/**
 * Squares in rows: `pitch` is a square with the gap beside it. After every ten is a wider gap, so that rows can
 * be counted at a glance.
 * @typedef {{ pitch: number, columns: number }} Grid
 */

const tens = 5

/** How large a square is with the gap beside it. @param {number} count */
export function pitchFor(count) {
  if (count <= 100) return 34
  if (count <= 400) return 26
  if (count <= 1200) return 19
  return count <= 4000 ? 14 : 11
}

/** The grid of so many squares in a width. @param {number} pitch @param {number} count @param {number} width @returns {Grid} */
export function gridFor(pitch, count, width) {
  const fitting = Math.max(1, Math.floor((width + tens) / (pitch + tens / 10)))
  const whole = fitting >= 20 ? fitting - (fitting % 10) : fitting >= 10 ? fitting - (fitting % 5) : fitting
  return { pitch, columns: Math.max(1, Math.min(count, whole)) }
}

/** The left upper corner of a square. @param {Grid} grid @param {number} at */
export function cornerOf({ pitch, columns }, at) {
  const column = at % columns
  return { x: column * pitch + Math.floor(column / 10) * tens, y: Math.floor(at / columns) * pitch }
}

/** How large the whole is. @param {Grid} grid @param {number} count */
export function sizeOf(grid, count) {
  const { x, y } = cornerOf(grid, count - 1)
  const wide = Math.max(x, cornerOf(grid, grid.columns - 1).x)
  return { wide: wide + grid.pitch, high: y + grid.pitch }
}

/** The number of the square at a place. @param {Grid} grid @param {number} x @param {number} y */
export function squareAt({ pitch, columns }, x, y) {
  const ten = Math.floor(x / (10 * pitch + tens))
  const column = 10 * ten + Math.min(9, Math.floor((x - ten * (10 * pitch + tens)) / pitch))
  return column < 0 || column >= columns ? -1 : Math.floor(y / pitch) * columns + column
}

/**
 * What a square shows. Shape says what colour says: a cross failed, a hole is silent, an outline was never
 * seen, and a download fills its square.
 * @typedef {{ state: State, dim: boolean, marked: boolean, percent: number | undefined }} Look
 */

/**
 * @param {CanvasRenderingContext2D} pen @param {{ x: number, y: number }} corner @param {number} pitch
 * @param {Look} look @param {Record<string, string>} colours
 */
export function drawSquare(pen, { x, y }, pitch, { state, dim, marked, percent }, colours) {
  const side = pitch - (pitch > 16 ? 3 : 2)
  pen.clearRect(x, y, pitch, pitch)
  pen.globalAlpha = dim ? 0.16 : 1
  pen.fillStyle = pen.strokeStyle = colours[state] ?? ''
  const round = side > 14 ? 3 : 1
  const thin = side > 14 ? 2 : 1
  pen.lineWidth = thin
  pen.beginPath()
  if (state === 'none' || (state === 'installing' && percent !== undefined)) {
    pen.roundRect(x + 1 + thin / 2, y + 1 + thin / 2, side - thin, side - thin, round)
    pen.stroke()
    const full = (side * Math.min(100, percent ?? 0)) / 100
    pen.beginPath()
    pen.roundRect(x + 1, y + 1 + side - full, side, full, [0, 0, round, round])
    pen.fill()
  } else {
    pen.roundRect(x + 1, y + 1, side, side, round)
    pen.fill()
  }
  pen.fillStyle = pen.strokeStyle = colours.mark ?? ''
  if (state === 'stuck') pen.fillRect(x + 1 + side / 3, y + 1 + side / 3, side / 3, side / 3)
  if (state === 'failed') drawCross(pen, x + 1, y + 1, side)
  pen.globalAlpha = 1
  if (!marked) return
  pen.strokeStyle = colours.text ?? ''
  pen.lineWidth = 2
  pen.strokeRect(x + 1, y + 1, pitch - 2, pitch - 2)
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} side */
function drawCross(pen, x, y, side) {
  const [near, far] = [side * 0.28, side * 0.72]
  pen.beginPath()
  pen.moveTo(x + near, y + near)
  pen.lineTo(x + far, y + far)
  pen.moveTo(x + far, y + near)
  pen.lineTo(x + near, y + far)
  pen.stroke()
}
