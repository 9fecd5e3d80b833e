using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Replication.Core.Positions;

namespace Replication.Node.Http;

/// <summary>Positions as <c>"3/1042"</c>.</summary>
internal sealed class PositionJsonConverter : JsonConverter<LogPosition>
{
    public override LogPosition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        LogPosition.Parse(reader.GetString() ?? string.Empty, CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, LogPosition value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>History ids as 32 hexadecimal digits.</summary>
internal sealed class HistoryJsonConverter : JsonConverter<HistoryId>
{
    public override HistoryId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(UInt128.Parse(reader.GetString() ?? string.Empty, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    public override void Write(Utf8JsonWriter writer, HistoryId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value == HistoryId.None ? string.Empty : value.ToString());
}

/// <summary>Node ids, the only 64-bit unsigned numbers of a status, as 16 hexadecimal digits: JSON readers round large numbers.</summary>
internal sealed class NodeIdJsonConverter : JsonConverter<ulong>
{
    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ulong.Parse(reader.GetString() ?? string.Empty, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("x16", CultureInfo.InvariantCulture));
}
