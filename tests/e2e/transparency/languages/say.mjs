// Node: child processes, workers, timers, signals, files.
import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

if (!isMainThread) {
  let sum = 0;
  for (let i = 0; i < 1e6; ++i) sum += i;
  parentPort.postMessage(sum);
} else {
  const alive = setInterval(() => {}, 1000);
  for (const command of ['exit 0', 'exit 9', 'kill -9 $$', 'kill -TERM $$']) {
    const { status, signal } = spawnSync('sh', ['-c', command]);
    console.log(command, status, signal);
  }
  const all = await Promise.all([...Array(8)].map(() => new Promise((done) => new Worker(fileURLToPath(import.meta.url)).once('message', done))));
  console.log('workers', all.join(' '));
  const sizes = new Set((await Promise.all([...Array(200)].map(() => readFile('/etc/passwd')))).map((text) => text.length));
  console.log('files', sizes.size);
  const got = new Promise((done) => process.once('SIGUSR2', done));
  process.kill(process.pid, 'SIGUSR2');
  console.log(await got);
  const child = spawn('sleep', ['100']);
  child.kill('SIGSTOP');
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  console.log(await new Promise((done) => child.once('exit', (status, signal) => done(`${status} ${signal}`))));
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  let total = 0;
  for (let i = 0; i < 50; ++i) {
    total += await new Promise((done) => {
      let size = 0;
      connect(server.address().port, '127.0.0.1').on('data', (data) => { size += data.length; }).on('close', () => done(size));
    });
  }
  console.log('bytes', total);
  server.close();
  const begin = Date.now();
  await new Promise((done) => setTimeout(done, 50));
  console.log('timer', Date.now() - begin >= 49);
  clearInterval(alive);
  process.exitCode = 5;
}
