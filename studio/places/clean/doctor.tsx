import { useState } from 'react'
import { Button, Checkbox } from 'react-aria-components'
import type { FindingsAnswer } from '../../../src/studio/api/findings.js'
import { useJobs, useStartJob } from '../../api/queries.js'
import { JobProgress } from '../../parts/job-progress.js'
import { toast } from '../../shell/toasts.js'
import { useWords } from '../../words/index.js'

interface DoctorProps {
  /** Undefined where the doctor never looked. */
  readonly looked: FindingsAnswer['looked'] | undefined
  readonly hasFindings: boolean
}

/** Whether somebody looked at the photos as they are, and the button that lets the doctor do so. */
export function Doctor({ looked, hasFindings }: DoctorProps) {
  const { clean: words } = useWords()
  const { data: jobs = [] } = useJobs()
  const { mutate: start, isPending } = useStartJob()
  const [isQuick, setQuick] = useState(true)
  const running = jobs.find(
    ({ kind, state }) => kind === 'doctor' && (state === 'running' || state === 'waiting'),
  )
  if (running !== undefined)
    return (
      <div className="doctor">
        <p className="muted">{words.looking}</p>
        <JobProgress job={running} />
      </div>
    )
  const isFresh = looked && looked.unseen === 0
  return (
    <div className="doctor">
      {!looked && <p className="muted">{words.notLooked}</p>}
      {looked && looked.unseen > 0 && <p className="muted">{words.unseen(looked.unseen)}</p>}
      {isFresh && !hasFindings && <p className="muted">{words.noFindings}</p>}
      <Checkbox isSelected={isQuick} onChange={setQuick}>
        {words.quick}
      </Checkbox>
      <Button
        className={`button${looked ? '' : ' primary'}`}
        isDisabled={isPending}
        onPress={() =>
          start(
            { kind: 'doctor', options: isQuick ? { quick: true } : {} },
            { onError: error => toast(error, 'trouble') },
          )
        }
      >
        {looked ? words.lookAgain : words.look}
      </Button>
    </div>
  )
}
