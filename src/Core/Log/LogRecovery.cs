using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Positions;
using Replication.Core.Reigns;

namespace Replication.Core.Log;

/// <summary>
/// Opens a log from its files: decides row by row of <see cref="RecoveryTable"/> what each byte is, cuts a torn tail,
/// refuses damage without changing anything, and makes durable what may be only in the page cache.
/// </summary>
public sealed class LogRecovery
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly string _lostDirectory;
    private readonly List<Segment> _segments = [];
    private readonly ImmutableArray<EpochRow>.Builder _reigns = ImmutableArray.CreateBuilder<EpochRow>();
    private LogTail _tail;
    private HistoryId _history;
    private long _commitIndex;
    private TornTail? _torn;

    private LogRecovery(IFileSystem files, string directory, string lostDirectory)
    {
        _files = files;
        _directory = directory;
        _lostDirectory = lostDirectory;
    }

    /// <summary>Names of the segments in a directory, oldest first.</summary>
    public static IReadOnlyList<string> SegmentNames(IFileSystem files, string directory) =>
        [.. files.List(directory).Where(SegmentHeader.IsSegmentName)];

    /// <summary>Opens the log.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Holds at least one segment.</param>
    /// <param name="lostDirectory">Where a torn tail is saved; made when needed.</param>
    /// <param name="supply">For later segments.</param>
    /// <param name="entropy">For later salts.</param>
    /// <exception cref="LogDamagedException">Synced entries are missing or changed; nothing was changed here.</exception>
    /// <exception cref="UnsupportedFormatException">A newer version wrote this; nothing was changed.</exception>
    public static RecoveredLog Open(
        IFileSystem files, string directory, string lostDirectory, ISegmentSupply supply, IEntropy entropy)
    {
        var recovery = new LogRecovery(files, directory, lostDirectory);
        try
        {
            recovery.Scan(repair: true);
            recovery.RemoveTemporaries();
            // Names, too, may be only in the page cache: a segment whose name a power loss takes away goes with all its entries.
            files.SyncDirectory(directory, FileLabel.Resync);
        }
        catch
        {
            recovery.CloseSegments();
            throw;
        }
        var log = new SegmentedLog(files, directory, supply, entropy, recovery._history, recovery._segments, recovery._tail);
        return new RecoveredLog(log, recovery._reigns.ToImmutable(), recovery._commitIndex, recovery._torn);
    }

    /// <summary>Checks a log as <see cref="Open"/> does, without changing anything.</summary>
    /// <returns>The end of the log and the torn tail that a start would cut.</returns>
    public static (LogTail Tail, HistoryId History, TornTail? Torn) Verify(IFileSystem files, string directory)
    {
        var recovery = new LogRecovery(files, directory, directory);
        try
        {
            recovery.Scan(repair: false);
            return (recovery._tail, recovery._history, recovery._torn);
        }
        finally
        {
            recovery.CloseSegments();
        }
    }

    private void CloseSegments()
    {
        foreach (var segment in _segments) segment.Close();
    }

    private void Scan(bool repair)
    {
        var headers = ReadHeaders(repair);
        using var buffer = new SegmentBuffer();
        for (var i = 0; i < _segments.Count; i++)
        {
            var later = i + 1 < headers.Count ? headers[i + 1] : (SegmentHeader?)null;
            CheckContinues(headers[i], first: i == 0, _segments[i].File.Path);
            ScanSegment(_segments[i], buffer.Read(_segments[i]), later, repair);
        }
    }

    private List<SegmentHeader> ReadHeaders(bool repair)
    {
        var headers = new List<SegmentHeader>();
        var bytes = new byte[SegmentHeader.Size];
        foreach (var name in SegmentNames(_files, _directory))
        {
            var path = Path.Combine(_directory, name);
            var file = repair ? _files.Open(path, FileLabel.Recovery) : _files.OpenRead(path, FileLabel.Recovery);
            SegmentHeader header;
            try
            {
                header = SegmentHeader.Read(bytes.AsSpan(0, file.Read(bytes, 0, FileLabel.Recovery)), path);
                if (header.FileName != name) throw new LogDamagedException(path, 0, 0, $"its header names entry {header.FirstIndex} as the first");
            }
            catch
            {
                file.Dispose();
                throw;
            }
            headers.Add(header);
            _segments.Add(new Segment(header, file));
        }
        return headers;
    }

    private void CheckContinues(SegmentHeader header, bool first, string path)
    {
        if (first)
        {
            _history = header.History;
            _tail = header.Previous;
            return;
        }
        if (header.History != _history)
            throw new LogDamagedException(path, 0, header.FirstIndex, $"it belongs to history {header.History}, the segments before it to {_history}");
        if (header.FirstIndex != _tail.Index + 1)
            throw new LogDamagedException(path, 0, header.FirstIndex, $"the segment before it holds entries up to {_tail.Index}");
        if (header.Previous.Crc != _tail.Crc)
            throw new LogDamagedException(path, 0, header.FirstIndex, "it does not link to the segment before it");
    }

    [MethodImpl(Jit.AtOnce)]
    private void ScanSegment(Segment segment, ReadOnlySpan<byte> bytes, SegmentHeader? later, bool repair)
    {
        var evidence = Math.Max(Mark.HighestSynced(bytes, segment.Header.Salt), later is { } next ? next.FirstIndex - 1 : -1);
        var unsynced = SegmentHeader.Size; // offset of the first frame of whose sync there is no evidence
        while (true)
        {
            var at = (int)segment.End;
            var (finding, what) = Look(bytes[at..], segment, out var header, out var mark);
            switch (RecoveryTable.Decide(finding, _tail.Index + 1, evidence, later is not null))
            {
                case RecoveryRow.TakeFrame:
                    TakeFrame(segment, header, bytes.Slice(at, header.Length));
                    if (header.Index <= evidence) unsynced = (int)segment.End;
                    continue;
                case RecoveryRow.TakeMark:
                    _commitIndex = Math.Max(_commitIndex, mark.CommitIndex);
                    segment.Advance(segment.FirstIndex, Mark.Size);
                    continue;
                case RecoveryRow.RefuseUnknown:
                    throw new UnsupportedFormatException(
                        $"Entry {header.Index} in {segment.File.Path} has kind {(ushort)header.Kind}, which this version does not know. Start a newer version of the program on it.");
                case RecoveryRow.NextSegment:
                    return;
                case RecoveryRow.RefuseDamage:
                    throw new LogDamagedException(segment.File.Path, at, _tail.Index + 1, Missing(finding, what, evidence, later));
                case RecoveryRow.CutTornTail:
                    CutTornTail(segment, bytes, at, what, repair);
                    break;
                case RecoveryRow.End:
                    break;
            }
            if (repair && unsynced < segment.End) Resync(segment, bytes[unsynced..(int)segment.End], unsynced);
            return;
        }
    }

    private static string Missing(RecoveryFinding finding, string what, long evidence, SegmentHeader? later) =>
        finding == RecoveryFinding.Zeros && later is { } next
            ? $"{what}, but the next segment begins behind entry {next.Previous.Index}: a segment file is missing, or the end of this one was lost"
            : $"{what}, although entry {evidence} had been synced";

    private (RecoveryFinding Finding, string What) Look(ReadOnlySpan<byte> bytes, Segment segment, out FrameHeader header, out Mark mark)
    {
        header = default;
        if (Mark.TryRead(bytes, segment.Header.Salt, out mark)) return (RecoveryFinding.Mark, "a mark");
        if (!bytes.ContainsAnyExcept((byte)0)) return (RecoveryFinding.Zeros, "the log ends there");
        var reading = FrameReader.TryRead(bytes, out header);
        if (reading != FrameReading.Frame) return (RecoveryFinding.Other, Describe(reading));
        if (FrameChain.Violation(_tail, header) is { } violation) return (RecoveryFinding.Other, violation);
        return EntryKinds.CanRead(header.Kind) ? (RecoveryFinding.NextFrame, "a frame") : (RecoveryFinding.UnknownFrame, "an unknown kind of entry");
    }

    private static string Describe(FrameReading reading) => reading switch
    {
        FrameReading.End => "zeros stand there, with something behind them",
        FrameReading.Incomplete => "the file ends inside the entry",
        FrameReading.BadLength => "what stands there is no length",
        FrameReading.BadCrc => "the checksum is wrong",
        _ => reading.ToString(),
    };

    private void TakeFrame(Segment segment, in FrameHeader header, ReadOnlySpan<byte> frame)
    {
        if (header.Kind == EntryKind.EpochStart)
            _reigns.Add(new EpochRow(header.Epoch, EpochStart.Read(FrameReader.Payload(frame)).ReignId, header.Index, header.PreviousCrc));
        _tail = LogTail.Behind(header);
        segment.Advance(header.Index, header.Length);
    }

    private void CutTornTail(Segment segment, ReadOnlySpan<byte> bytes, int at, string what, bool repair)
    {
        var end = bytes.LastIndexOfAnyExcept((byte)0) + 1;
        var torn = bytes[at..end];
        var side = Path.Combine(_lostDirectory, string.Create(CultureInfo.InvariantCulture, $"torn-{_tail.Index + 1:D20}-{Crc32C.Compute(torn):x8}.bytes"));
        _torn = new TornTail(_tail.Index + 1, torn.Length, side, what);
        if (!repair) return;
        if (!_files.FileExists(side)) Save(side, torn);
        _files.SyncDirectory(Path.GetDirectoryName(_lostDirectory)!, FileLabel.TornTail);
        _files.SyncDirectory(_lostDirectory, FileLabel.TornTail);
        for (var offset = at; offset < end; offset += ZeroBlock.Length)
            segment.File.Write(ZeroBlock.AsSpan(0, Math.Min(ZeroBlock.Length, end - offset)), offset, FileLabel.TornTail);
        segment.File.Sync(FileLabel.TornTail);
    }

    private static readonly byte[] ZeroBlock = new byte[64 * 1024];

    private void Save(string side, ReadOnlySpan<byte> bytes)
    {
        _files.CreateDirectory(_lostDirectory, FileLabel.TornTail);
        var temporary = side + SegmentFiller.TemporaryExtension;
        if (_files.FileExists(temporary)) _files.Delete(temporary, FileLabel.TornTail);
        using (var file = _files.Create(temporary, FileLabel.TornTail))
        {
            file.Write(bytes, 0, FileLabel.TornTail);
            file.Sync(FileLabel.TornTail);
        }
        _files.Rename(temporary, side, FileLabel.TornTail);
    }

    // After a crash these bytes may be only in the page cache: readable now, gone after a power loss.
    private static void Resync(Segment segment, ReadOnlySpan<byte> bytes, long offset)
    {
        segment.File.Write(bytes, offset, FileLabel.Resync);
        segment.File.Sync(FileLabel.Resync);
    }

    private void RemoveTemporaries()
    {
        foreach (var name in _files.List(_directory).Where(name => name.EndsWith(SegmentFiller.TemporaryExtension, StringComparison.Ordinal)))
            _files.Delete(Path.Combine(_directory, name), FileLabel.Recovery);
    }
}
