using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Following;

public sealed class MissingBytesTests
{
    private readonly MissingBytes _missing = new();

    [Fact]
    public void What_the_upstream_counts_is_missing_until_it_comes()
    {
        _missing.Heard(upstreamIndex: 10, bytes: 1_000, received: 4);
        Assert.Equal(1_000, _missing.UpTo(10));

        _missing.Received(400, received: 6);
        Assert.Equal(600, _missing.UpTo(10));
        // A piece of a large frame is of no use before the rest.
        _missing.Received(300, received: 6);
        Assert.Equal(600, _missing.UpTo(10));
        _missing.Received(100, received: 7);
        Assert.Equal(200, _missing.UpTo(10));
        _missing.Received(150, received: 10);

        // The rest were marks.
        Assert.Equal(0, _missing.UpTo(10));
    }

    [Fact]
    public void An_entry_that_did_not_come_is_never_counted_as_nothing()
    {
        _missing.Heard(10, bytes: 100, received: 4);

        _missing.Received(100, received: 9);

        Assert.Equal(FrameHeader.Size, _missing.UpTo(10));
    }

    [Fact]
    public void Nothing_is_known_of_an_upstream_that_does_not_say_or_of_what_another_one_had()
    {
        _missing.Heard(10, bytes: null, received: 4);
        Assert.Null(_missing.UpTo(10));
        _missing.Received(100, received: 5);
        Assert.Null(_missing.UpTo(10));

        _missing.Heard(10, bytes: 0, received: 10);
        Assert.Equal(0, _missing.UpTo(10));
        Assert.Null(_missing.UpTo(12));
    }

    [Fact]
    public void A_cursor_knows_to_the_byte_what_the_log_has_behind_what_it_read()
    {
        using var log = TestLog.Create(segmentBytes: 8 * 1024);
        log.Append(0);
        for (var i = 0; i < 40; i++) log.Append(300, 500);
        using var cursor = log.Log.OpenCursor(1);
        Assert.Equal(log.Log.Bytes, cursor.BytesBehind);

        for (var index = 1; index <= log.Frames.Count; index++)
        {
            cursor.Read(index);
            var frames = log.Frames.Skip(index).Sum(frame => (long)frame.Length);
            // Between the frames there is one mark for each batch.
            Assert.InRange(cursor.BytesBehind, frames, frames + ((long)Mark.Size * ((log.Frames.Count - index + 1) / 2)));
        }
        log.Log.MarkIdle(log.Log.Durable.Index);

        Assert.Equal(0, cursor.BytesBehind);
    }
}
