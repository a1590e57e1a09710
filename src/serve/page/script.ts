/** What the page does, for browsers of the last years. Every text from outside goes in as text, never as markup. */
export const script = `'use strict'
const find = id => document.getElementById(id)
const shown = 5
let token = ''
let photosAtOnce = 16
let bytesAtOnce = Infinity
let threshold = null
// What a form has around a photo.
const AROUND = 1024

const headers = () => (token ? { authorization: 'Bearer ' + token } : {})

function make(name, text, type) {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  if (type) element.className = type
  return element
}

function say(text, isBad = false) {
  find('status').textContent = text
  find('status').classList.toggle('bad', isBad)
}

async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: headers() })
  const answer = await response.json()
  if (response.status === 401) find('key').hidden = false
  if (response.ok || answer.photos) return answer
  throw new Error(answer.detail || response.statusText)
}

async function meet() {
  const model = await ask('/v1/model')
  photosAtOnce = Math.min(photosAtOnce, model.limits.photos)
  bytesAtOnce = model.limits.bodyBytes
  threshold = model.threshold
  const labels = model.labels.slice(0, shown).join(', ') + (model.labels.length > shown ? ', …' : '')
  find('title').textContent = model.labels.length <= 3 ? model.labels.join(' or ') + '?' : 'What does it show?'
  find('model').textContent =
    'Labels: ' + labels + '. Learnt from ' + model.trainedOn.train + ' photos' +
    (model.accuracy ? ', right on ' + percent(model.accuracy.value) + ' of ' + model.trainedOn.valid + ' others.' : '.')
}

const percent = share => (share * 100).toFixed(1) + '\\u00a0%'

// As "probabilityText" of the command line tells them.
const told = share =>
  share < 1 && share >= 0.9995 ? '>' + percent(0.999) : share > 0 && share < 0.0005 ? '<' + percent(0.001) : percent(share)

async function judge(given) {
  const files = [...given]
  const photos = files.filter(file => file.type.startsWith('image/') || file.type === '')
  if (photos.length === 0) return say('That is no photo.', true)
  find('answers').replaceChildren()
  let from = 0
  while (from < photos.length) {
    const some = photos.slice(from, from + fitting(photos.slice(from)))
    from += some.length
    if (some.length === 1 && some[0].size + AROUND > bytesAtOnce) {
      const detail = 'The file is larger than this server takes: ' + megabytes(some[0].size) + ', and at most ' + megabytes(bytesAtOnce) + '.'
      show({ name: some[0].name, problem: { detail } }, some[0])
      continue
    }
    say('Looking at ' + (from - some.length + 1) + ' to ' + from + ' of ' + photos.length + ' …')
    const form = new FormData()
    for (const photo of some) form.append('photo', photo, photo.name)
    try {
      const answer = await ask('/v1/predict', { method: 'POST', body: form })
      for (const [i, one] of answer.photos.entries()) show(one, some[i])
    } catch (error) {
      if (some.length > 1) return say(error.message, true)
      show({ name: some[0].name, problem: { detail: error.message } }, some[0])
    }
  }
  const others = files.length - photos.length
  say((photos.length === 1 ? 'One photo.' : photos.length + ' photos.') + (others > 0 ? ' Left out, for they are no photos: ' + others + '.' : ''))
}

// Photos of one request, at least one.
function fitting(photos) {
  let bytes = 0
  const end = photos.findIndex((photo, i) => i === photosAtOnce || (bytes += photo.size + AROUND) > bytesAtOnce)
  return end < 0 ? photos.length : Math.max(1, end)
}

const megabytes = bytes => (bytes / 1024 / 1024).toFixed(1) + '\\u00a0MB'

function show(answer, file) {
  const item = make('li')
  const picture = make('img')
  picture.alt = ''
  picture.src = URL.createObjectURL(file)
  picture.onload = () => URL.revokeObjectURL(picture.src)
  picture.onerror = () => {
    URL.revokeObjectURL(picture.src)
    picture.removeAttribute('src')
  }
  const words = make('div')
  item.append(picture, words)
  if (answer.problem) {
    item.className = 'refused'
    words.append(make('h2', 'Not judged'), make('p', answer.name, 'name'), make('p', answer.problem.detail, 'more'))
  } else {
    words.append(make('h2', answer.abstained ? 'neither' : answer.label), make('p', answer.name, 'name'), ...bars(answer))
    if (answer.known !== null && threshold !== null)
      words.append(make('p', 'Familiar: ' + percent(answer.known) + ' ("neither" below ' + percent(threshold) + ')', 'more'))
  }
  find('answers').append(item)
}

function bars({ probabilities }) {
  return Object.entries(probabilities)
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([label, probability]) => {
      const bar = make('label', undefined, 'bar')
      const length = make('progress')
      length.max = 1
      length.value = probability
      bar.append(make('span', label), length, make('output', told(probability)))
      return bar
    })
}

const drop = find('drop')
const over = event => {
  event.preventDefault()
  drop.classList.toggle('over', event.type === 'dragover')
}
for (const type of ['dragover', 'dragleave']) addEventListener(type, over)
addEventListener('drop', event => {
  over(event)
  void judge(event.dataTransfer.files)
})
addEventListener('paste', event => {
  if (event.clipboardData.files.length > 0) void judge(event.clipboardData.files)
})
find('files').addEventListener('change', event => {
  void judge([...event.target.files]).finally(() => {
    event.target.value = ''
  })
})
find('key').addEventListener('submit', event => {
  event.preventDefault()
  token = find('token').value
  meet().then(
    () => {
      find('key').hidden = true
      say('')
    },
    error => say(error.message, true),
  )
})
meet().catch(error => say(error.message, true))
`
