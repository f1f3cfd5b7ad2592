"""Writes a copy of botocore's model of Lookout for Metrics by which clients sign for Lambda, as docs/access.md has it."""
import json
import os
import sys

import botocore.session

folder = os.path.join(sys.argv[1], 'lookoutmetrics', '2017-07-25')
model = botocore.session.get_session().get_component('data_loader').load_service_model('lookoutmetrics', 'service-2')
model['metadata']['signingName'] = 'lambda'
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, 'service-2.json'), 'w', encoding='utf8') as file:
    json.dump(model, file)
