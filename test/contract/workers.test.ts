import { contract } from './contract.ts'

contract('workers')
