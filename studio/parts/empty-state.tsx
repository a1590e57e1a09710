import type { ReactNode } from 'react'

/** Where there is nothing yet: what the place is for, and the step that comes next. */
export function EmptyState({
  title,
  hint,
  children,
}: {
  readonly title: string
  readonly hint: string
  readonly children?: ReactNode
}) {
  return (
    <section className="empty">
      <h1>{title}</h1>
      <p>{hint}</p>
      {children && <div className="empty-acts">{children}</div>}
    </section>
  )
}
