export { type Arrived, Downloader, type DownloaderOptions, type FetchRules } from './downloader.js'
export { type RefusalReason, type Refused, refusalReasons, refused } from './refusal.js'
