import { contract } from './contract.ts'

contract('express')
