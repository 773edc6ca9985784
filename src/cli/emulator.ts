// cognito-gateway emulator
import { startEmulator } from '../emulator/app.js'
import { closeOnSignal } from './close-on-signal.js'
import { explainListen } from './serve.js'
