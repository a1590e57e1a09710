/** Strokes on a field of 24 by 24. */
const paths = {
  lens: 'M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13M15.5 15.5 21 21',
  undo: 'M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12H9',
  redo: 'M16 5l4 4-4 4M20 9H10a6 6 0 0 0 0 12h5',
  jobs: 'M3 12h4l3-8 4 16 3-8h4',
  settings: 'M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M4 13l5 5L20 6',
  warn: 'M12 4 2.5 20h19zM12 10v5M12 17.5v.5',
  photo: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v.01',
  folder: 'M3 6h6l2 3h10v10H3z',
  camera: 'M4 7h4l1.5-2h5L16 7h4v12H4zM12 9.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13M15.5 15.5 21 21',
  link: 'M10 14l4-4M8.5 11.5 6 14a3 3 0 0 0 4 4l2.500-2.500M15.500 12.500 18 10a3 3 0 0 0-4-4l-2.500 2.500',
  people:
    'M9 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6M3 19c0-6 12-6 12 0M16 6a2.500 2.500 0 1 1 0 5M17 14c2.500.5 4 2 4 5',
  gift: 'M4 9h16v4H4zM6 13v7h12v-7M12 9v11M12 9C8 9 7 4 9.500 4S12 9 12 9s0-5 2.500-5S16 9 12 9',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  play: 'M7 5v14l12-7z',
  pause: 'M8 5v14M16 5v14',
  right: 'M9 5l7 7-7 7',
  archive: 'M4 4h16v5H4zM5 9v11h14V9M10 13h4',
  pencil: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
