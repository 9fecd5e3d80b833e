using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Replication.Core.IO;
using Replication.Core.Indexes;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>One chunk on its way from the file into a state: its bytes, and then what they say. Used again for another chunk.</summary>
internal sealed class ChunkDecoder
{
    private const int FirstRecords = 1024;

    private readonly List<ChunkSection> _sections = [];
    private readonly RequestSection _requests = new();
    private byte[] _bytes = [];
    private RecordBytes[] _records = new RecordBytes[FirstRecords]; // of all sections, one behind the other
    private int _recordCount;
    private SnapshotChunk? _chunk;

    /// <summary>Its number in the manifest.</summary>
    public int Number { get; private set; }

    /// <summary>What it holds, in order. Valid behind <see cref="Decode"/>.</summary>
    public IReadOnlyList<ChunkSection> Sections => _sections;

    /// <summary>The remembered requests in it, in order. Valid behind <see cref="Decode"/>.</summary>
    public RequestSection Requests => _requests;

    /// <summary>Room for the bytes of a chunk.</summary>
    public Span<byte> RoomFor(SnapshotChunk chunk, int number)
    {
        (_chunk, Number) = (chunk, number);
        if (_bytes.Length < chunk.Length) _bytes = new byte[chunk.Length];
        return _bytes.AsSpan(0, chunk.Length);
    }

    /// <summary>Checks the bytes and makes records of them, and their digest.</summary>
    /// <param name="path">Of the file, for the message.</param>
    /// <exception cref="SnapshotDamagedException">They are not as they were written.</exception>
    /// <exception cref="MalformedPayloadException">They are no content of a chunk.</exception>
    public void Decode(string path)
    {
        _sections.Clear();
        _requests.Clear();
        _recordCount = 0;
        var bytes = _bytes.AsSpan(0, _chunk!.Length);
        SnapshotReader.Verify(bytes, _chunk, Number, path);
        var sections = new PayloadReader(bytes);
        while (sections.Next())
        {
            if (sections.Field == 1) _sections.Add(ReadSection(sections.Bytes));
            else if (sections.Field == RequestSection.Field) _requests.Add(sections.Bytes);
        }
    }

    [MethodImpl(Jit.AtOnce)]
    private ChunkSection ReadSection(ReadOnlySpan<byte> bytes)
    {
        var (name, kind, firstRecord) = (string.Empty, CollectionKind.Json, _recordCount);
        var indexes = new List<IndexState>();
        var fields = new PayloadReader(bytes);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1:
                    name = Encoding.ASCII.GetString(fields.Bytes);
                    break;
                case 2:
                    kind = fields.Number <= 1 ? (CollectionKind)fields.Number : throw new MalformedPayloadException("a collection's kind is unknown");
                    break;
                case 3:
                    Add(ReadRecord(fields.Bytes));
                    break;
                case 4:
                    indexes.Add(IndexState.Read(fields.Bytes));
                    break;
            }
        }
        if (!CollectionName.IsValid(name)) throw new MalformedPayloadException("a section names no collection");
        return new ChunkSection(name, kind, _bytes, _records.AsMemory(firstRecord, _recordCount - firstRecord)) { Indexes = indexes };
    }

    private void Add(in RecordBytes record)
    {
        if (_recordCount == _records.Length) Array.Resize(ref _records, _recordCount * 2);
        _records[_recordCount++] = record;
    }

    [MethodImpl(Jit.AtOnce)]
    private RecordBytes ReadRecord(ReadOnlySpan<byte> bytes)
    {
        var record = ChunkRecord.Read(bytes);
        var key = record.Key;
        var value = record.Value;
        return new RecordBytes(PlaceOf(key), key.Length, value.IsEmpty ? 0 : PlaceOf(value), value.Length, record.Index);
    }

    private int PlaceOf(ReadOnlySpan<byte> part) =>
        (int)Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(_bytes), ref MemoryMarshal.GetReference(part));
}
