using System.Text;

namespace Replication.Hostile.Tests.Wire;

/// <summary>A header block of HPACK (RFC 7541) in its plainest form: literals that are not indexed, nothing is compressed.</summary>
internal sealed class HeaderBlock
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    /// <summary>The headers of a gRPC call.</summary>
    public static HeaderBlock OfCall(string path) => new HeaderBlock()
        .Add(":method", "POST").Add(":scheme", "http").Add(":path", path).Add(":authority", "localhost")
        .Add("content-type", "application/grpc").Add("te", "trailers");

    public HeaderBlock Add(string name, string value)
    {
        _bytes.WriteByte(0);
        Text(name);
        Text(value);
        return this;
    }

    private void Text(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127)
        {
            _bytes.WriteByte((byte)bytes.Length);
        }
        else
        {
            _bytes.WriteByte(127);
            var rest = bytes.Length - 127;
            for (; rest >= 128; rest >>= 7) _bytes.WriteByte((byte)(rest | 128));
            _bytes.WriteByte((byte)rest);
        }
        _bytes.Write(bytes);
    }
}
