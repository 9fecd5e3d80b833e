using System.Buffers.Binary;

namespace Replication.ProcessKit.Proxying;

/// <summary>Walks over the bytes of one direction of an HTTP/2 connection (RFC 9113, 4.1) and knows what the next one belongs to.</summary>
/// <param name="fromClient">Whether the direction begins with the client's preface.</param>
internal sealed class Http2Walk(bool fromClient)
{
    private const int PrefaceBytes = 24;
    private const int HeaderBytes = 9;
    private const byte DataType = 0;

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _preface = fromClient ? PrefaceBytes : 0;
    private int _headerBytes;
    private int _payload;

    /// <summary>Whether the next byte is in the payload of a DATA frame.</summary>
    public bool IsInMessage => _preface == 0 && _payload > 0 && _header[3] == DataType;

    /// <summary>Takes bytes as they were sent.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Step(bytes)..];
    }

    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (_preface > 0) return Less(ref _preface, bytes.Length);
        if (_payload > 0) return Less(ref _payload, bytes.Length);
        var taken = Math.Min(HeaderBytes - _headerBytes, bytes.Length);
        bytes[..taken].CopyTo(_header.AsSpan(_headerBytes));
        _headerBytes += taken;
        if (_headerBytes == HeaderBytes)
        {
            _headerBytes = 0;
            _payload = (int)(BinaryPrimitives.ReadUInt32BigEndian(_header) >> 8);
        }
        return taken;
    }

    private static int Less(ref int left, int available)
    {
        var taken = Math.Min(left, available);
        left -= taken;
        return taken;
    }
}
