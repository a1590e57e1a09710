import { type FormEvent, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { keepToken } from '../api/token.js'
import { useWords } from '../words/index.js'

/** What is shown to who has no token, or one of an earlier start. */
export function Entrance({ enter }: { readonly enter: () => void }) {
  const { shell: words } = useWords()
  const [token, setToken] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    keepToken(token.trim())
    enter()
  }
  return (
    <main className="entrance">
      <h1>chiquito</h1>
      <p>{words.noToken}</p>
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
