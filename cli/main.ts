#!/usr/bin/env node
import process from 'node:process'
import { openBrowser } from './open-browser.ts'
import { runCli } from './run-cli.ts'
import { processTerminal } from './terminal.ts'

const code = await runCli(process.argv.slice(2), processTerminal(openBrowser))
if (code !== undefined) process.exitCode = code
