using System.Threading.Channels;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.IO;

public sealed class LogThreadTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestLog _log = TestLog.Create();
    private readonly Channel<object> _answers = Channel.CreateUnbounded<object>();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_batch_that_was_handed_over_is_durable_when_it_is_complete()
    {
        using var thread = Start();
        var batch = TestLog.Batch(_log.Log.Durable, 0, 10, 20);

        thread.Submit(batch, 0);

        Assert.Same(batch, await _answers.Reader.ReadAsync());
        Assert.Equal(3, _log.Log.Durable.Index);
    }

    [Fact]
    public async Task A_second_batch_is_refused_while_the_first_is_with_the_disk()
    {
        using var reached = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        _log.Files.Done = operation =>
        {
            if (operation.Label != FileLabel.Append || operation.Action != FileAction.Write) return;
            reached.Release();
            // On the log thread, which can only block; bounded, so that a failed test ends.
            if (!goOn.Wait(Patience)) throw new TimeoutException("The test never let the log thread go on.");
        };
        using var thread = Start();
        var batch = TestLog.Batch(_log.Log.Durable, 0);
        thread.Submit(batch, 0);
        await reached.WaitAsync();

        Assert.Throws<InvalidOperationException>(() => thread.Submit(TestLog.Batch(batch.After, 1), 0));

        goOn.Release();
        Assert.Same(batch, await _answers.Reader.ReadAsync());
    }

    [Fact]
    public async Task A_failed_sync_is_reported_and_nothing_is_complete()
    {
        _log.Files.Fault = new FileFault(1) { Label = FileLabel.Append, Action = FileAction.Sync };
        using var thread = Start();

        thread.Submit(TestLog.Batch(_log.Log.Durable, 0), 0);

        Assert.StartsWith("Injected", Assert.IsType<IOException>(await _answers.Reader.ReadAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(0, _log.Log.Durable.Index);
    }

    [Fact]
    public async Task Ending_waits_for_the_batch_that_was_handed_over()
    {
        using (var thread = Start()) thread.Submit(TestLog.Batch(_log.Log.Durable, 0), 0);

        Assert.Equal(1, _log.Log.Durable.Index);
        Assert.IsType<LogBatch>(await _answers.Reader.ReadAsync());
    }

    [Fact]
    public async Task An_idle_log_gets_one_mark()
    {
        var marks = Channel.CreateUnbounded<bool>();
        _log.Files.Done = operation =>
        {
            if (operation.Label == FileLabel.IdleMark && operation.Action == FileAction.Sync) marks.Writer.TryWrite(true);
        };
        using (var thread = Start())
        {
            thread.Submit(TestLog.Batch(_log.Log.Durable, 0), 0);
            await marks.Reader.ReadAsync();
        }

        Assert.False(marks.Reader.TryRead(out _));
        Assert.Equal(Mark.Size, _log.Log.Bytes - _log.Files.Journal.Single(operation => operation.Label == FileLabel.Append && operation.Bytes is not null).Bytes!.Length);
    }

    private LogThread Start() => new(
        _log.Log, batch => _answers.Writer.TryWrite(batch), (batch, full) => _answers.Writer.TryWrite((batch, full)), failure => _answers.Writer.TryWrite(failure));
}
