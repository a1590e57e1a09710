import { Component, type ReactNode } from 'react'
import { ErrorNote } from './error-note.js'

/** A fault in one place leaves the others, and the way to them, as they are. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | undefined }
> {
  override state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <ErrorNote error={error} retry={() => this.setState({ error: undefined })} />
  }
}
