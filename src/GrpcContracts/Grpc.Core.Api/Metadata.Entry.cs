using System.Buffers;
using System.Text;
using Grpc.Core.Utils;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with its value: text or, for keys that end in <see cref="BinaryHeaderSuffix"/>, bytes.</summary>
    public class Entry
    {
        private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-_.");

        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        /// <summary>A binary entry; the bytes are copied.</summary>
        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            GrpcPreconditions.CheckArgument(IsBinary, $"The key '{key}' of a binary entry must end in {BinaryHeaderSuffix}.");
            GrpcPreconditions.CheckNotNull(valueBytes, nameof(valueBytes));
            _valueBytes = (byte[])valueBytes.Clone();
        }

        /// <summary>A text entry.</summary>
        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            GrpcPreconditions.CheckArgument(
                !IsBinary, $"The key '{key}' ends in {BinaryHeaderSuffix}, so its value must be bytes.");
            _value = GrpcPreconditions.CheckNotNull(value, nameof(value));
        }

        /// <summary>The key, in lower case: digits, letters, <c>-</c>, <c>_</c> and <c>.</c>.</summary>
        public string Key { get; }

        /// <summary>A copy of the bytes; of a text entry, its ASCII bytes.</summary>
        public byte[] ValueBytes => _valueBytes is null ? Encoding.ASCII.GetBytes(_value!) : (byte[])_valueBytes.Clone();

        /// <summary>The text; throws <see cref="InvalidOperationException"/> for a binary entry.</summary>
        public string Value
        {
            get
            {
                GrpcPreconditions.CheckState(!IsBinary, $"'{Key}' is a binary entry: read {nameof(ValueBytes)}.");
                return _value!;
            }
        }

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <inheritdoc />
        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={Convert.ToBase64String(_valueBytes!)}]" : $"[Entry: key={Key}, value={_value}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string NormalizeKey(string key)
        {
            var normalized = GrpcPreconditions.CheckNotNull(key, nameof(key)).ToLowerInvariant();
            GrpcPreconditions.CheckArgument(
                normalized.Length > 0 && !normalized.AsSpan().ContainsAnyExcept(s_keyCharacters),
                $"'{key}' is no metadata key: keys consist of letters, digits, '-', '_' and '.'.");
            return normalized;
        }
    }
}
