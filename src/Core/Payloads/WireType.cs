namespace Replication.Core.Payloads;

/// <summary>How a protobuf field's value is encoded.</summary>
public enum WireType
{
    /// <summary>A number of 1 to 10 bytes.</summary>
    Varint = 0,
    /// <summary>8 bytes.</summary>
    Fixed64 = 1,
    /// <summary>A length and so many bytes.</summary>
    LengthDelimited = 2,
    /// <summary>4 bytes.</summary>
    Fixed32 = 5,
}
