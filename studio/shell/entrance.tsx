import { type FormEvent, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { hasToken, keepToken } from '../api/token.js'
import { useWords } from '../words/index.js'

/** What is shown to who has no token, or one of an earlier start. */
export function Entrance({ enter }: { readonly enter: () => void }) {
  const { shell: words } = useWords()
  const [token, setToken] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    keepToken(tokenIn(token))
    enter()
  }
  return (
    <main className="entrance">
      <h1>chiquito</h1>
      <p role="status">{hasToken() ? words.otherToken : words.noToken}</p>
      <form onSubmit={submit}>
        <p className="muted">{words.askToken}</p>
        <TextField value={token} onChange={setToken} type="password" autoComplete="off">
          <Label>{words.token}</Label>
          <Input />
        </TextField>
        <Button type="submit" className="button primary" isDisabled={token.trim() === ''}>
          {words.open}
        </Button>
      </form>
    </main>
  )
}

/** The token of an address, where it was pasted as a whole. */
function tokenIn(text: string): string {
  const [, query = ''] = text.split(/[?#]/)
  return new URLSearchParams(query).get('token') ?? text.trim()
}
