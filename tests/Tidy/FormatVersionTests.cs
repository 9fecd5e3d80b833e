using Google.Protobuf.Reflection;
using Replication.Protos.V1;

namespace Replication.Tidy.Tests;

/// <summary>
/// Format version 1 of log and snapshots: what is on somebody's disk. Fields are only ever added, and a line for each
/// new one here; a line that is here never changes.
/// </summary>
public sealed class FormatVersionTests
{
    private static readonly string[] Log =
    [
        "TransactionEntry.request_id = 1 Bytes",
        "TransactionEntry.collections = 2 repeated String",
        "TransactionEntry.operations = 3 repeated OperationEntry",
        "OperationEntry.Action.PUT = 0",
        "OperationEntry.Action.DELETE = 1",
        "OperationEntry.Action.CREATE_JSON_COLLECTION = 2",
        "OperationEntry.Action.CREATE_BYTES_COLLECTION = 3",
        "OperationEntry.Action.DROP_COLLECTION = 4",
        "OperationEntry.Action.CREATE_INDEX = 5",
        "OperationEntry.Action.DROP_INDEX = 6",
        "OperationEntry.Action.BUILD_INDEX = 7",
        "OperationEntry.collection = 1 UInt32",
        "OperationEntry.action = 2 OperationEntry.Action",
        "OperationEntry.key = 3 Bytes",
        "OperationEntry.value = 4 Bytes",
        "IndexEntry.name = 1 String",
        "IndexEntry.path = 2 String",
        "IndexEntry.unique = 3 Bool",
        "IndexStepEntry.name = 1 String",
        "IndexStepEntry.is_last = 2 Bool",
        "IndexStepEntry.failure = 3 String",
        "EpochStartEntry.reign_id = 1 Fixed64",
        "EpochStartEntry.node_id = 2 Fixed64",
        "EpochStartEntry.node_name = 3 String",
        "EpochStartEntry.requests_remembered = 4 UInt32",
        "ConfigurationEntry.Voter.node_id = 1 Fixed64",
        "ConfigurationEntry.Voter.node_name = 2 String",
        "ConfigurationEntry.voters = 1 repeated ConfigurationEntry.Voter",
        "ConfigurationEntry.quorum = 2 UInt32",
        "StateDigestEntry.digest = 1 Bytes",
        "StateDigestEntry.records = 2 UInt64",
    ];

    private static readonly string[] Snapshot =
    [
        "SnapshotManifest.history_id = 1 Bytes",
        "SnapshotManifest.epoch = 2 UInt32",
        "SnapshotManifest.index = 3 UInt64",
        "SnapshotManifest.crc = 4 Fixed32",
        "SnapshotManifest.timestamp_micros = 5 UInt64",
        "SnapshotManifest.epochs = 6 repeated EpochTableRow",
        "SnapshotManifest.configuration = 7 ConfigurationEntry",
        "SnapshotManifest.digest = 8 Bytes",
        "SnapshotManifest.records = 9 UInt64",
        "SnapshotManifest.chunks = 10 repeated SnapshotChunk",
        "SnapshotManifest.requests_remembered = 11 UInt32",
        "SnapshotManifest.forgotten_through = 12 UInt64",
        "EpochTableRow.epoch = 1 UInt32",
        "EpochTableRow.reign_id = 2 Fixed64",
        "EpochTableRow.first_index = 3 UInt64",
        "EpochTableRow.previous_crc = 4 Fixed32",
        "SnapshotChunk.Compression.NONE = 0",
        "SnapshotChunk.offset = 1 UInt64",
        "SnapshotChunk.length = 2 UInt32",
        "SnapshotChunk.sha256 = 3 Bytes",
        "SnapshotChunk.compression = 4 SnapshotChunk.Compression",
        "SnapshotChunk.records = 5 UInt32",
        "SnapshotChunkContent.sections = 1 repeated SnapshotSection",
        "SnapshotChunkContent.requests = 2 repeated SnapshotRequest",
        "SnapshotSection.CollectionKind.JSON = 0",
        "SnapshotSection.CollectionKind.BYTES = 1",
        "SnapshotSection.collection = 1 String",
        "SnapshotSection.kind = 2 SnapshotSection.CollectionKind",
        "SnapshotSection.records = 3 repeated SnapshotRecord",
        "SnapshotSection.indexes = 4 repeated SnapshotIndex",
        "SnapshotIndex.Phase.BUILDING = 0",
        "SnapshotIndex.Phase.READY = 1",
        "SnapshotIndex.Phase.FAILED = 2",
        "SnapshotIndex.definition = 1 IndexEntry",
        "SnapshotIndex.phase = 2 SnapshotIndex.Phase",
        "SnapshotIndex.built_up_to = 3 Bytes",
        "SnapshotIndex.failure = 4 String",
        "SnapshotRecord.key = 1 Bytes",
        "SnapshotRecord.value = 2 Bytes",
        "SnapshotRecord.index = 3 UInt64",
        "SnapshotRequest.request_id = 1 Bytes",
        "SnapshotRequest.index = 2 UInt64",
    ];

    [Fact]
    public void The_log_is_in_format_version_1() => Assert.Equal(Log, Describe(LogReflection.Descriptor));

    [Fact]
    public void The_snapshot_is_in_format_version_1() => Assert.Equal(Snapshot, Describe(SnapshotReflection.Descriptor));

    [Fact]
    public void A_changed_number_or_type_would_be_found()
    {
        var changed = LogReflection.Descriptor.ToProto();
        changed.MessageType[0].Field[0].Number = 9;
        changed.MessageType[1].Field[2].Type = FieldDescriptorProto.Types.Type.String;

        var lines = Describe(FileDescriptor.BuildFromByteStrings([Google.Protobuf.MessageExtensions.ToByteString(changed)])[0]).ToList();

        Assert.Equal(["TransactionEntry.request_id = 9 Bytes", "OperationEntry.key = 3 String"], lines.Except(Log));
    }

    private static IEnumerable<string> Describe(FileDescriptor file) => file.MessageTypes.SelectMany(Describe);

    private static IEnumerable<string> Describe(MessageDescriptor message) =>
    [
        .. message.NestedTypes.SelectMany(Describe),
        .. message.EnumTypes.SelectMany(type => type.Values.Select(value => $"{NameOf(type)}.{value.Name} = {value.Number}")),
        .. message.Fields.InDeclarationOrder().Select(field => $"{NameOf(message)}.{field.Name} = {field.FieldNumber} {(field.IsRepeated ? "repeated " : "")}{TypeOf(field)}"),
    ];

    private static string TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => NameOf(field.MessageType),
        FieldType.Enum => NameOf(field.EnumType),
        var scalar => scalar.ToString(),
    };

    private static string NameOf(IDescriptor type) => type.FullName[(type.File.Package.Length + 1)..];
}
