import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import type { Job } from '../../src/studio/api/jobs.js'
import { useJobs, useSteerJob } from '../api/queries.js'
import { ErrorText } from '../parts/error-text.js'
import { Icon } from '../parts/icon.js'
import { JobProgress } from '../parts/job-progress.js'
import { useWords } from '../words/index.js'

/** Long work, wherever one is: what is under way, with what ended below. */
export function JobsDrawer() {
  const { shell: words } = useWords()
  const { data: jobs = [] } = useJobs()
  const running = jobs.filter(({ state }) => state === 'running' || state === 'waiting').length
  const label = running === 0 ? words.jobs : words.jobsCount(running)
  return (
    <DialogTrigger>
      <Button className="button bare jobs-button" aria-label={label}>
        <Icon name="jobs" />
        {running > 0 && <span className="count">{running}</span>}
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="drawer">
          <Dialog>
            {({ close }) => (
              <>
                <div className="drawer-head">
                  <Heading slot="title">{words.jobs}</Heading>
                  <Button className="button bare" aria-label={words.close} onPress={close}>
                    <Icon name="close" />
                  </Button>
                </div>
                {jobs.length === 0 && <p className="muted">{words.noJobs}</p>}
                <ul className="jobs">
                  {jobs.map(job => (
                    <li key={job.id}>
                      <JobCard job={job} />
                    </li>
                  ))}
                </ul>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  )
}

function JobCard({ job }: { readonly job: Job }) {
  const { shell: words } = useWords()
  const steer = useSteerJob()
  const isUnderWay = job.state === 'running' || job.state === 'waiting'
  return (
    <article className={`job job-${job.state}`}>
      <div className="job-head">
        <strong>{[words.kinds[job.kind], job.title].filter(Boolean).join(' · ')}</strong>
        <span className="muted">{words.states[job.state]}</span>
      </div>
      {isUnderWay && <JobProgress job={job} />}
      {job.error && (
        <p className="trouble">
          <ErrorText error={job.error} />
        </p>
      )}
      {isUnderWay && (
        <Button className="button" onPress={() => steer.mutate({ id: job.id, act: 'stop' })}>
          {words.stop}
        </Button>
      )}
      {job.canResume && !isUnderWay && (
        <Button className="button" onPress={() => steer.mutate({ id: job.id, act: 'resume' })}>
          {words.resume}
        </Button>
      )}
    </article>
  )
}
