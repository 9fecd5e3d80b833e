-- A replica that joins and then says in DIR/ready how many records it has. It has a console, too. Environment: PORT, ADMIN, PRIMARY, DIR.
box.cfg{
  listen = '127.0.0.1:' .. os.getenv('PORT'), work_dir = os.getenv('DIR'), wal_mode = 'fsync', read_only = true,
  memtx_memory = 4 * 1024 * 1024 * 1024, log_level = 3, log = os.getenv('DIR') .. '/log', checkpoint_interval = 0, feedback_enabled = false,
  replication = {'guest@127.0.0.1:' .. os.getenv('PRIMARY')}, replication_connect_quorum = 1,
}
require('console').listen('127.0.0.1:' .. os.getenv('ADMIN'))
local ready = require('fio').open(os.getenv('DIR') .. '/ready', {'O_CREAT', 'O_WRONLY'}, tonumber('644', 8))
ready:write(tostring(box.space.bench:len()))
ready:close()
require('fiber').sleep(86400)
