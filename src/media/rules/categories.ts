import type { MediaCategory } from '../../x/limits.ts'

export const POSTS: readonly MediaCategory[] = ['tweet_video', 'amplify_video']
export const DIRECT_MESSAGES: readonly MediaCategory[] = ['dm_video']
export const VIDEOS: readonly MediaCategory[] = [...POSTS, ...DIRECT_MESSAGES]
export const IMAGES: readonly MediaCategory[] = ['tweet_image', 'dm_image']
export const GIFS: readonly MediaCategory[] = ['tweet_gif', 'dm_gif']
