using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>Damage that is met while a log is in use: what cannot be read is not served, everything else is.</summary>
public sealed class DamagedLogTests : IDisposable
{
    private const int SegmentBytes = 1536;

    private readonly TestLog _log = TestLog.Create(SegmentBytes);

    public DamagedLogTests()
    {
        for (var i = 0; i < 12; i++) _log.Append(500);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_log_without_damage_can_be_read_from_its_first_entry()
    {
        Assert.Equal(1, _log.Log.FirstReadable);
        Assert.Null(_log.Log.Damage);
    }

    [Fact]
    public void What_stands_behind_a_damaged_segment_can_still_be_read()
    {
        Damage(_log.Segments[1]);

        var damage = Assert.Throws<LogDamagedException>(() => TestLog.ReadAll(_log.Log));

        Assert.Same(damage, _log.Log.Damage);
        Assert.InRange(_log.Log.FirstReadable, damage.Index + 1, _log.Log.Durable.Index);
        Assert.Equal(_log.Frames.Skip((int)_log.Log.FirstReadable - 1), TestLog.ReadAll(_log.Log, _log.Log.FirstReadable));
        Assert.Equal(FrameHeader.Read(_log.Frames[(int)_log.Log.FirstReadable - 2]).Crc, _log.Log.CrcOf(_log.Log.FirstReadable - 1));
    }

    [Fact]
    public void With_damage_in_the_last_segment_only_what_is_still_to_come_can_be_read()
    {
        Damage(_log.LastSegment);
        Assert.Throws<LogDamagedException>(() => TestLog.ReadAll(_log.Log));
        Assert.Equal(_log.Log.Durable.Index + 1, _log.Log.FirstReadable);
        Assert.Equal(_log.Log.Durable.Crc, _log.Log.CrcOf(_log.Log.Durable.Index));

        for (var i = 0; i < 5; i++) _log.Append(500);

        Assert.Equal(_log.Frames.Skip((int)_log.Log.FirstReadable - 1), TestLog.ReadAll(_log.Log, _log.Log.FirstReadable));
    }

    // One bit in the first frame of a segment; a header, a mark and the beginning of the frame stand before it.
    private void Damage(string path)
    {
        using var file = _log.Files.Open(path, FileLabel.LogRead);
        var offset = SegmentHeader.Size + Mark.Size + FrameHeader.Size + 1;
        var bytes = new byte[1];
        file.Read(bytes, offset, FileLabel.LogRead);
        bytes[0] ^= 0x40;
        file.Write(bytes, offset, FileLabel.LogRead);
    }
}
