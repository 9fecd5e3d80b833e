using System.Buffers.Binary;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Reigns;

namespace Replication.Core.Following;

/// <summary>
/// The replica's end of the frames: puts frames together that came in pieces, checks each one (crc, index, link, epoch,
/// kind) and keeps the epoch table. What it returns may be appended and applied.
/// </summary>
/// <remarks>Begins at the end of the replica's log, its epoch table included. For one thread.</remarks>
public sealed class FrameIntake(LogTail tail, EpochTable epochs)
{
    /// <summary>A larger buffer for pieces is given back once its frame is whole.</summary>
    private const int KeptPieceBytes = 1024 * 1024;

    private byte[] _pieces = [];
    private int _piecesLength;

    /// <summary>The end of what has been taken in.</summary>
    public LogTail Tail { get; private set; } = tail;

    /// <summary>Every reign up to there.</summary>
    public EpochTable Epochs { get; private set; } = epochs;

    /// <summary>Takes in the bytes of one message and hands over each whole frame, in order.</summary>
    /// <param name="data">Frames, or a piece of one.</param>
    /// <param name="continued">Whether the last frame goes on in the next message.</param>
    /// <param name="take">Called for each frame; the span is valid during the call.</param>
    /// <exception cref="StreamDamagedException">The bytes are not those of the next entries; nothing of the bad frame was handed over.</exception>
    /// <exception cref="UnsupportedFormatException">An entry of a kind that this version does not know.</exception>
    public void Take(ReadOnlySpan<byte> data, bool continued, FrameTaker take)
    {
        var bytes = data;
        if (_piecesLength > 0 || continued)
        {
            KeepPiece(data);
            if (continued) return;
            bytes = _pieces.AsSpan(0, _piecesLength);
        }
        while (!bytes.IsEmpty)
        {
            var reading = FrameReader.TryRead(bytes, out var header);
            if (reading != FrameReading.Frame) throw new StreamDamagedException(Tail.Index + 1, $"what came is no frame ({reading})");
            Check(header, bytes[..header.Length]);
            take(bytes[..header.Length], header);
            Tail = LogTail.Behind(header);
            bytes = bytes[header.Length..];
        }
        _piecesLength = 0;
        if (_pieces.Length > KeptPieceBytes) _pieces = [];
    }

    private void Check(in FrameHeader header, ReadOnlySpan<byte> frame)
    {
        if (FrameChain.Violation(Tail, header) is { } violation) throw new StreamDamagedException(Tail.Index + 1, violation);
        if (!EntryKinds.CanRead(header.Kind))
            throw new UnsupportedFormatException($"Entry {header.Position} has kind {(ushort)header.Kind}, which this version does not know. This node stops before it; start a newer version of the program.");
        if (header.Kind != EntryKind.EpochStart) return;
        try
        {
            Epochs = Epochs.With(new EpochRow(header.Epoch, EpochStart.Read(FrameReader.Payload(frame)).ReignId, header.Index, header.PreviousCrc));
        }
        catch (Exception malformed) when (malformed is MalformedPayloadException or ArgumentException)
        {
            throw new StreamDamagedException(header.Index, malformed.Message);
        }
    }

    private void KeepPiece(ReadOnlySpan<byte> data)
    {
        if ((long)_piecesLength + data.Length > FrameHeader.MaxFrameLength) throw new StreamDamagedException(Tail.Index + 1, "an entry is larger than any can be");
        if (_pieces.Length < _piecesLength + data.Length) Array.Resize(ref _pieces, Math.Max(_piecesLength + data.Length, 2 * _pieces.Length));
        data.CopyTo(_pieces.AsSpan(_piecesLength));
        _piecesLength += data.Length;
        // At its first piece: whoever claims more than there can be would have it kept until it is too much.
        if (_piecesLength >= sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(_pieces) is < FrameHeader.Size or > FrameHeader.MaxFrameLength)
            throw new StreamDamagedException(Tail.Index + 1, "an entry that comes in pieces has a length that cannot be one");
    }
}
